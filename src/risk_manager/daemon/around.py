"""What is around the guarding: screens, doors, logs. None of it may end the guard, and none may end unnoticed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


class Around:
    """The parts of a guard that it guards without, as far as they do not work."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` is told each failure once."""
        self._say = say
        self.failing: list[str] = []
        """What has ended by an error, or never begun, and what that means: a sentence each."""

    async def run(self, part: Callable[[], Awaitable[None]], means: str) -> None:
        """Run a part. Where it ends by an error, that is told aloud and kept, and raised for whoever hears of mistakes.
        `means` says what does not work then."""
        try:
            await part()
        except Exception as error:
            self.fails(
                f"{means} ({type(error).__name__}). The guard guards all the same. Start it again.", "CRITICAL: "
            )
            raise

    def fails(self, sentence: str, loudness: str = "") -> None:
        """Something does not work from here on. `loudness` is said before the sentence."""
        self.failing.append(sentence)
        self._say(f"{loudness}{sentence}")
