"""`manage.py verify_audit`: is the record what was sealed? Ends with 1 and names the first break if not."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.audit import verify
from trial.operations.noted_heads import check


class Command(BaseCommand):
    """Verifies seals, numbers, versions and live rows; compares heads noted elsewhere."""

    help = (
        "Verify the audit chain, and every row against its latest audit record. "
        "Exits with status 1 when verification fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="N:HEX", help="NUMBER:SEAL kept elsewhere, such as in a backup")
        parser.add_argument("--witness", metavar="FILE", type=Path, help="file of earlier seals; the latest seal is "
                                                                         "added")

    def handle(self, *args: Any, head: str | None = None, witness: Path | None = None, **options: Any) -> None:
        """Prints the result; CommandError (exit code 1) at the first break or an unreadable head."""
        report = check(tuple(self._expected(head, witness)))
        if report.first_break:
            raise CommandError(f"Verification failed: {report.first_break}.", returncode=1)
        if witness and report.head:
            with witness.open("a", encoding="ascii") as file:
                file.write(f"{report.head}\n")
        for words in report.blacked_out:
            self.stdout.write(f"Verified by stored hashes only: {words}.")
        if report.clock:
            self.stdout.write(f"Note: {report.clock}.")
        self.stdout.write(
            f"Verified: {report.changes} changes, {report.versions} audit records, latest seal {report.head}."
        )

    def _expected(self, head: str | None, witness: Path | None) -> list[verify.Head]:
        lines = [head] if head else []
        if witness and witness.exists():
            lines += [line for line in witness.read_text(encoding="ascii").splitlines() if line.strip()]
        try:
            return [verify.head_from(line) for line in lines]
        except ValueError as error:
            raise CommandError(str(error), returncode=1) from error
