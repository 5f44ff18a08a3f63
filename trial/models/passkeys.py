"""Passkeys (WebAuthn credentials) of the people who sign in."""

from django.conf import settings
from django.db import models
from django_otp.models import Device

from trial.models.base import RecordRow, RecordRows


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
