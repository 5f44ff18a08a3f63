"""What programs use the product by: tokens of its API."""

from django.db import models

from trial.models.base import BY_NOTHING, RecordRow
from trial.models.people import Person, Role, Site


class ApiToken(RecordRow):
    """What a program may do at `/api/v1` in the name of a person, as an administrator allowed it; struck out: revoked.

    role: the one that the person had; with another the token opens nothing. scopes: names of `trial.api.scopes`, with
    spaces between. site: the only one; None: every site of the person. expires_on: the last day (UTC). starts_with: of
    the secret, once its owner was shown it.
    """

    held_by = BY_NOTHING  # a token is revoked under a lock too
    codes = ("scopes", "starts_with")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="api_tokens")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(max_length=60)
    scopes = models.CharField(max_length=200)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField()
    starts_with = models.CharField(max_length=11, blank=True, default="")

    class Meta:
        verbose_name = "API token"
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class ApiSecret(models.Model):
    """What is known of a token's secret, beside the record and its exports: a digest (SHA-256, hex), and its use.

    minute: the minute of the newest call, counted from 1970; calls: how many there were in it.
    """

    token = models.OneToOneField(ApiToken, on_delete=models.PROTECT, primary_key=True, related_name="secret")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)
    minute = models.BigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
