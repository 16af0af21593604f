"""Rules for what a model does with tools: files, commands, calls, the web."""

from .need_facts import Facts
from .need_rules_base import Finding, SkillRule, blocks_of, level_of, tell


def files_to_read(facts: Facts) -> Finding | None:
    """Further files that the skill refers to, reads in the flow, or files as one of its main words."""
    if not facts.references and not facts.count("read") and facts.density("artifact") < 2.1:
        return None
    level = level_of(False, facts.said("loop") < 2 and facts.density("run") < 1.4)
    because = tell(
        file_reference=facts.references, read_step=facts.count("read"), word_about_files=facts.said("artifact")
    )
    return Finding("tool.file.read", level, 80, "files-to-read", because, facts.where_said("read", "artifact"))


def files_to_write(facts: Facts) -> Finding | None:
    """Files that come out, in a skill that is not a library's manual."""
    manual = facts.fence("python").size >= 420
    if manual or facts.density("artifact") < 0.4 or facts.said("write") < 1:
        return None
    level = level_of(facts.density("run") >= 0.94, facts.said("loop") < 4)
    because = tell(write_step=facts.count("write"), word_about_writing=facts.said("write"))
    return Finding("tool.file.write", level, 52, "files-to-write", because, facts.where_said("write", "artifact"))


def commands_to_run(facts: Facts) -> Finding | None:
    """Shell fences and commands in the flow; running and checking as main words."""
    shell = facts.fence("shell")
    commands = facts.count("exec")
    stressed = facts.density("run") >= 0.5 and facts.density("verify") >= 0.24
    # In a short text one word makes a density, and says nothing.
    worded = facts.prose_bytes >= 1500 and (facts.said("delegation") >= 1 or stressed)
    if not (shell.count or commands or worded):
        return None
    code = facts.fence("python").size
    level = level_of(code < 850 and shell.size >= 400 and facts.said("hard") >= 2, code < 400 and shell.size < 300)
    because = tell(command=commands, shell_fence=shell.count, word_about_running=facts.said("run"))
    cited = blocks_of(facts, "shell") or facts.where_said("run", "delegation")
    return Finding("tool.exec", level, 90 if shell.count else 64, "commands-to-run", because, cited)


def tools_to_call(facts: Facts) -> Finding | None:
    """Named tools: MCP servers, sub-agents, questions by tool."""
    if not facts.count("call") and facts.density("tool") < 0.2:
        return None
    level = level_of(False, facts.prose_bytes < 5000 and facts.fence("shell").size < 80 and facts.said("form") < 6)
    because = tell(call_step=facts.count("call"), word_about_tools=facts.said("tool"))
    return Finding("tool.call.format", level, 72, "tools-to-call", because, facts.where_said("tool"))


def calls_at_once(facts: Facts) -> Finding | None:
    """Several calls that the skill wants at the same time."""
    if not facts.count("parallel") and (facts.said("batch") < 4 or facts.said("tool") < 2):
        return None
    because = tell(parallel_group=facts.count("parallel"), word_about_batches=facts.said("batch"))
    return Finding("tool.call.batch", 2, 45, "calls-at-once", because, facts.where_said("batch"))


def requests_to_make(facts: Facts) -> Finding | None:
    """Several requests over the network in the flow."""
    if facts.count("fetch") < 2:
        return None
    because = tell(request_step=facts.count("fetch"), word_about_the_web=facts.said("web"))
    return Finding("tool.web", 2, 50, "requests-to-make", because, facts.where_said("web"))


def browser_to_drive(facts: Facts) -> Finding | None:
    """A browser as a main subject."""
    if not facts.count("browse") and facts.density("browser") < 2.5:
        return None
    because = tell(browser_step=facts.count("browse"), word_about_browsers=facts.said("browser"))
    return Finding("tool.browser", 2, 20, "browser-to-drive", because, facts.where_said("browser"))


RULES: tuple[SkillRule, ...] = (
    files_to_read,
    files_to_write,
    commands_to_run,
    tools_to_call,
    calls_at_once,
    requests_to_make,
    browser_to_drive,
)
