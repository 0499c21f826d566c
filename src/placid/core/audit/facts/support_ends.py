"""When the makers stop mending a release: dates as they were announced by `AS_OF`.

Only releases whose date is certain are here; a release that is not in the table is not judged.
Debian counts with its long-term support, Ubuntu without the paid one, Java as the OpenJDK project
keeps it (releases with long-term support elsewhere are left out).
"""

from __future__ import annotations

from datetime import date

AS_OF = date(2026, 6, 1)

_DATES = {
    "python": """2.7 2020-01-01 3.4 2019-03-18 3.5 2020-09-30 3.6 2021-12-23 3.7 2023-06-27
        3.8 2024-10-07 3.9 2025-10-31 3.10 2026-10-31 3.11 2027-10-31 3.12 2028-10-31
        3.13 2029-10-31 3.14 2030-10-31""",
    "node": """8 2019-12-31 9 2018-06-30 10 2021-04-30 11 2019-06-01 12 2022-04-30 13 2020-06-01
        14 2023-04-30 15 2021-06-01 16 2023-09-11 17 2022-06-01 18 2025-04-30 19 2023-06-01
        20 2026-04-30 21 2024-06-01 22 2027-04-30 23 2025-06-01 24 2028-04-30""",
    "go": """1.11 2019-09-03 1.12 2020-02-25 1.13 2020-08-11 1.14 2021-02-16 1.15 2021-08-16
        1.16 2022-03-15 1.17 2022-08-02 1.18 2023-02-01 1.19 2023-08-08 1.20 2024-02-06
        1.21 2024-08-13 1.22 2025-02-11 1.23 2025-08-12 1.24 2026-02-11""",
    "ruby": """2.4 2020-03-31 2.5 2021-03-31 2.6 2022-03-31 2.7 2023-03-31 3.0 2024-04-23
        3.1 2025-03-31 3.2 2026-03-31 3.3 2027-03-31 3.4 2028-03-31""",
    "php": """5.6 2018-12-31 7.0 2019-01-10 7.1 2019-12-01 7.2 2020-11-30 7.3 2021-12-06
        7.4 2022-11-28 8.0 2023-11-26 8.1 2025-12-31 8.2 2026-12-31 8.3 2027-12-31
        8.4 2028-12-31""",
    "java": """9 2018-03-20 10 2018-09-25 12 2019-09-17 13 2020-03-17 14 2020-09-15 15 2021-03-16
        16 2021-09-14 18 2022-09-20 19 2023-03-21 20 2023-09-19 22 2024-09-17 23 2025-03-18
        24 2025-09-16""",
    "debian": """8 2020-06-30 9 2022-06-30 10 2024-06-30 11 2026-08-31 12 2028-06-30""",
    "ubuntu": """14.04 2019-04-30 16.04 2021-04-30 18.04 2023-05-31 20.04 2025-05-31
        22.04 2027-04-30 22.10 2023-07-20 23.04 2024-01-25 23.10 2024-07-11 24.04 2029-05-31
        24.10 2025-07-10""",
    "alpine": """3.9 2020-11-01 3.10 2021-05-01 3.11 2021-11-01 3.12 2022-05-01 3.13 2022-11-01
        3.14 2023-05-01 3.15 2023-11-01 3.16 2024-05-23 3.17 2024-11-22 3.18 2025-05-09
        3.19 2025-11-01 3.20 2026-04-01 3.21 2026-11-01 3.22 2027-05-01""",
    "centos": """6 2020-11-30 7 2024-06-30 8 2021-12-31""",
}


def _table(words: list[str]) -> dict[str, date]:
    return dict(zip(words[::2], map(date.fromisoformat, words[1::2]), strict=True))


ENDS = {name: _table(text.split()) for name, text in _DATES.items()}


def ended(name: str, text: str, today: date) -> tuple[str, date] | None:
    """The release that a version as written belongs to and its last day, when that is past."""
    numbers = text.removeprefix("v").split("-")[0].split(".")
    releases = ENDS.get(name, {})
    release = next(
        (key for end in (2, 1) if (key := ".".join(numbers[:end])) in releases and key), ""
    )
    last = releases.get(release)
    return (release, last) if last is not None and last < today else None
