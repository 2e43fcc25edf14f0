"""Routes of the training lab: runs, their events as they come, their curves and their weights."""

from fastapi import APIRouter

from receptive.routes.runs import comparisons, events, lifecycle, plans, results

router = APIRouter()
for each in (plans, lifecycle, results, events, comparisons):
    router.include_router(each.router)
