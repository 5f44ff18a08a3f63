"""Demo sites and demo accounts. Never created when the product runs in production."""

from dataclasses import dataclass

from trial.models import Role

PASSWORD = "demo-Endpoint-2026"

SITES = (
    ("NORTH", "North University Hospital"),
    ("SOUTH", "South General Hospital"),
    ("EAST", "East Cancer Center"),
    ("WEST", "West Medical Center"),
    ("LAKE", "Lakeside Clinic"),
    ("HILL", "Hillcrest Hospital"),
)


@dataclass(frozen=True)
class DemoPerson:
    """An account of the demo: which role, at which site ("" for a role that is not bound to one)."""

    username: str
    full_name: str
    role: str
    site: str = ""


PEOPLE = (
    DemoPerson("nora", "Nora Lind", Role.COORDINATOR, "NORTH"),
    DemoPerson("sol", "Sol Reyes", Role.COORDINATOR, "SOUTH"),
    DemoPerson("edda", "Edda Brandt", Role.COORDINATOR, "EAST"),
    DemoPerson("wim", "Wim de Graaf", Role.COORDINATOR, "WEST"),
    DemoPerson("lena", "Lena Sato", Role.COORDINATOR, "LAKE"),
    DemoPerson("hugo", "Hugo Marin", Role.COORDINATOR, "HILL"),
    DemoPerson("ines", "Dr Ines North", Role.INVESTIGATOR, "NORTH"),
    DemoPerson("mona", "Mona Fischer", Role.MONITOR),
    DemoPerson("chris", "Dr Chris Adeyemi", Role.CHAIR),
    DemoPerson("stella", "Stella Okafor", Role.STATISTICIAN),
    DemoPerson("adam", "Adam Novak", Role.ADMINISTRATOR),
)
