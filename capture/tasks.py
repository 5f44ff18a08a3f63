"""What the worker runs for those who write to the record."""

from celery import shared_task


@shared_task(name="capture.send_digest")
def send_digest() -> int:
    """Each hour of the day by the clock: reminders of expedited reports to those not written to today; how many left.

    Given twice, the second finds everybody written to.
    """
    from django.utils import timezone

    from capture.expedited import digest

    return digest.send(timezone.now())[digest.SENT]
