import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from '../conversation/conversation.ts';
import { withoutSigns } from '../markdown/without-signs.ts';
import { type AnswerTurn, type Turn, wordsOf } from '../timeline/turns.ts';

/** Says to a screen reader what happened, once: an answer when it is finished, an approval when it is asked for. Never each word as it comes. */
export function Announcer({ conversation }: { readonly conversation: Conversation }): JSX.Element {
  const [words, setWords] = useState('');
  const turns = conversation.turns.value;
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    const now = new Map(turns.filter(isAnswer).map((turn) => [turn.key, phaseOf(turn)]));
    // What is there when the page opens is history.
    const changed = turns.filter(isAnswer).find((turn) => {
      const was = before.current.get(turn.key);
      return was !== undefined && was !== now.get(turn.key) && now.get(turn.key) !== 'running';
    });
    before.current = now;
    if (changed) setWords(announce(changed));
  }, [turns]);
  return (
    <div class="visually-hidden" aria-live="polite" data-announcer>
      {words}
    </div>
  );
}

/** A longer answer is read from the page itself. */
const maxSpoken = 2000;

function isAnswer(turn: Turn): turn is AnswerTurn {
  return turn.kind === 'answer';
}

function phaseOf(turn: AnswerTurn): string {
  return asking(turn) ?? (turn.state === 'ended' ? 'ended' : 'running');
}

function asking({ parts }: AnswerTurn): string | undefined {
  return parts.find((part) => part.kind === 'call' && part.state === 'asking')?.key;
}

function announce(turn: AnswerTurn): string {
  const call = turn.parts.find((part) => part.kind === 'call' && part.state === 'asking');
  if (call?.kind === 'call') return `An approval is needed for ${call.name}.`;
  if (turn.outcome?.status === 'failed') return `The answer failed: ${turn.outcome.error.message}`;
  if (turn.outcome?.status === 'aborted') return 'The answer was stopped.';
  return `Answer: ${withoutSigns(wordsOf(turn).slice(0, maxSpoken))}`;
}
