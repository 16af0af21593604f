"""Rules for what a model has to think through: analysis, decisions, plans, sums, space."""

from .need_facts import Facts
from .need_rules_base import Finding, SkillRule, level_of, tell


def analysis_of_material(facts: Facts) -> Finding | None:
    """Words of analysis, or a library to be understood from its examples."""
    worded = facts.said("analysis") >= 2 and facts.density("analysis") >= 0.33
    if not worded and facts.fence("python").count < 3:
        return None
    across = facts.tasks >= 5 and facts.said("step") >= 6
    level = level_of(across or facts.said("synthesis") >= 10, False)
    because = tell(word_about_analysis=facts.said("analysis"), word_about_checking=facts.said("verify"))
    cited = facts.where_said("analysis", "synthesis") or facts.where_said("verify")
    return Finding("reason.analysis", level, 84, "analysis-of-material", because, cited)


def decisions_to_take(facts: Facts) -> Finding | None:
    """Choices that the prose leaves to the model."""
    if not facts.said("choice") or facts.density("choice") < 0.13 or facts.density("artifact") >= 1.81:
        return None
    level = level_of(False, facts.said("constraint") < 7 or facts.fence("shell").count >= 3)
    because = tell(branch=facts.count("choose"), word_about_choices=facts.said("choice"))
    return Finding("reason.logic", level, 56, "decisions-to-take", because, facts.where_said("choice", "condition"))


def plan_to_make(facts: Facts) -> Finding | None:
    """Planning as the skill's own subject, not a step between code samples."""
    if facts.said("planning") < 4 or facts.fence("python").size >= 850:
        return None
    level = level_of(False, facts.said("verify") < 2 and facts.said("sequence") < 4)
    because = tell(word_about_plans=facts.said("planning"))
    return Finding("reason.planning", level, 52, "plan-to-make", because, facts.where_said("planning"))


def sums_to_do(facts: Facts) -> Finding | None:
    """Figures that are computed without code to compute them."""
    if facts.said("arithmetic") < 3 or facts.density("arithmetic") < 0.5 or facts.fence("python").count >= 3:
        return None
    level = level_of(facts.said("arithmetic") >= 18, facts.density("constraint") >= 1.0)
    because = tell(word_about_sums_and_scores=facts.said("arithmetic"))
    return Finding("reason.arithmetic", level, 48, "sums-to-do", because, facts.where_said("arithmetic"))


def places_and_shapes(facts: Facts) -> Finding | None:
    """Coordinates, distances and grids as a main subject."""
    if facts.said("spatial") < 6 or facts.density("spatial") < 1.5:
        return None
    because = tell(word_about_places_and_shapes=facts.said("spatial"))
    return Finding("reason.spatial", 2, 45, "places-and-shapes", because, facts.where_said("spatial"))


RULES: tuple[SkillRule, ...] = (
    analysis_of_material,
    decisions_to_take,
    plan_to_make,
    sums_to_do,
    places_and_shapes,
)
