"""The product's settings with the later form."""

from trial.settings import *  # noqa: F403
from trial.settings import INSTALLED_APPS as OF_THE_PRODUCT

INSTALLED_APPS = [*OF_THE_PRODUCT, "tests.trial.audit.later"]
