"""Rules for what a model has to keep to: constraints, procedures, formats, style, code before mental work."""

from .need_facts import Facts
from .need_rules_base import Finding, SkillRule, blocks_of, level_of, tell


def constraints_to_keep(facts: Facts) -> Finding | None:
    """Rules in the flow, or a text that says must and never."""
    rules = facts.count("rule")
    stated = rules >= 1 and facts.said("constraint") >= 4
    if not stated and (facts.density("constraint") < 0.76 or facts.said("hard") < 1):
        return None
    against_habit = facts.said("temptation") >= 1 and facts.said("loop") >= 3
    level = level_of(against_habit or facts.said("constraint") >= 20, facts.said("constraint") < 4 and rules < 3)
    because = tell(rule=rules, word_about_duties=facts.said("constraint"))
    return Finding("follow.constraint", level, 80, "constraints-to-keep", because, facts.where_said("constraint"))


def procedure_to_follow(facts: Facts) -> Finding | None:
    """Groups of steps in the flow, or a text that speaks of rounds and numbered steps."""
    if facts.count("seq") < 2 and facts.said("loop") < 3 and facts.step_headings < 2:
        return None
    high = (facts.said("hard") >= 5 and facts.said("step") >= 7) or facts.count("back", "repeat") >= 2
    level = level_of(high, facts.prose_bytes < 2500)
    words = facts.said("step", "sequence", "loop")
    because = tell(group=facts.count("seq"), step_heading=facts.step_headings, word_about_steps_and_rounds=words)
    cited = facts.where_said("step", "sequence", "loop")
    return Finding("follow.procedure", level, 84, "procedure-to-follow", because, cited)


def format_to_keep(facts: Facts) -> Finding | None:
    """An output whose form the skill gives."""
    sample = facts.fence("plain").size >= 130 or facts.fence("markdown").count >= 1
    if facts.fence("python").size >= 420 or not (sample or facts.density("form") >= 0.5):
        return None
    if not facts.said("form"):
        return None
    level = level_of(facts.said("form") >= 17, not sample and facts.density("form") < 0.8)
    because = tell(word_about_form=facts.said("form"), plain_fence=facts.fence("plain").count)
    cited = blocks_of(facts, "markdown") or blocks_of(facts, "plain") or facts.where_said("form")
    return Finding("follow.format", level, 62, "format-to-keep", because, cited)


def style_to_keep(facts: Facts) -> Finding | None:
    """A voice or tone as a main subject."""
    if facts.density("style") < 0.39 or facts.said("style") < 3:
        return None
    because = tell(word_about_style=facts.said("style"))
    return Finding("follow.style", 2, 48, "style-to-keep", because, facts.where_said("style"))


def code_before_mental_work(facts: Facts) -> Finding | None:
    """Scripts that are there so that the model does not do the work itself."""
    if not facts.said("mental") or facts.said("delegation") < 3 or facts.fence("python").size >= 850:
        return None
    level = level_of(facts.said("mental") >= 3, False)
    because = tell(word_about_scripts=facts.said("delegation"), word_about_work_by_hand=facts.said("mental"))
    cited = facts.where_said("mental", "delegation")
    return Finding("follow.delegation", level, 20, "code-before-mental-work", because, cited)


RULES: tuple[SkillRule, ...] = (
    constraints_to_keep,
    procedure_to_follow,
    format_to_keep,
    style_to_keep,
    code_before_mental_work,
)
