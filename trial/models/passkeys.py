"""What people sign in with beside a password: passkeys (WebAuthn credentials), and single sign-on."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django_otp.models import Device

from trial.models.base import STANDING, RecordRow, RecordRows


class Passkey(RecordRow, Device):
    """A passkey that its owner added, and its public key; removed with a reason, never deleted.

    As a device of django-otp it makes the session that it opened a complete one.
    """

    own_hand = ("user",)
    codes = ("credential_id", "public_key", "host")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="passkeys")
    # Both as base64url; the longest number of a credential has 1023 bytes.
    credential_id = models.CharField(max_length=1364, unique=True)
    public_key = models.TextField()
    # The relying party: the host name at which it was added, and the only one at which it counts.
    host = models.CharField(max_length=253)

    objects = RecordRows.as_manager()


class PasskeyUse(models.Model):
    """What changes with each use of a passkey, beside the record."""

    passkey = models.OneToOneField(Passkey, on_delete=models.PROTECT, primary_key=True, related_name="use")
    # How often the authenticator says that it was used; 0 where it does not count, as those that are synchronized.
    counter = models.BigIntegerField(default=0)
    used_at = models.DateTimeField(auto_now_add=True)


class SingleSignOn(RecordRow, Device):
    """The address by which the hospital's identity provider knows a person, named by an administrator.

    As a device of django-otp it makes the session complete that the provider opened by two factors. subject: the
    provider's own name of the account (`sub`), kept by the first use; empty until then.
    """

    codes = ("address", "subject")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="single_sign_ons")
    address = models.EmailField()
    subject = models.CharField(max_length=255, blank=True, default="")

    objects = RecordRows.as_manager()

    class Meta:
        verbose_name = "Single sign-on"
        constraints = [
            models.UniqueConstraint(Lower("address"), condition=STANDING, name="single_sign_on_is_one_persons"),
            models.UniqueConstraint("user", condition=STANDING, name="a_person_has_one_single_sign_on"),
            models.UniqueConstraint("subject", condition=STANDING & ~models.Q(subject=""),
                                    name="an_account_of_the_provider_is_one_persons"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.address
