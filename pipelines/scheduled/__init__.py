"""Runs that look after themselves: which sites are crawled how often, what is due, and what needs a person's eye.

    intervals, rhythm (pure) → sites (the list, in the archive) → sites_file (the list as TOML)
    alarms (what is wrong, read only) → notices (who is told)      timers, chart_page (what other programs show)

Deciding asks no clock: every function is given the moment.
"""

from __future__ import annotations

from pipelines.scheduled.alarms import Alarm, SiteStatus, status
from pipelines.scheduled.rhythm import Rhythm
from pipelines.scheduled.sites import ScheduledSite, scheduled_sites

__all__ = ["Alarm", "Rhythm", "ScheduledSite", "SiteStatus", "scheduled_sites", "status"]
