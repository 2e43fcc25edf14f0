"""The doors to the training lab: runs, their events as they come, their curves and their weights."""

from fastapi import APIRouter

from receptive.routes.runs import comparisons, kept, planning, reading, streaming

router = APIRouter()
for each in (planning, kept, reading, streaming, comparisons):
    router.include_router(each.router)
