import type { JSX } from 'preact';
import { Icon } from './icon.tsx';

export interface ProblemLineProps {
  /** What went wrong and the next step; nothing is shown without it. */
  readonly problem: string | undefined;
  /** For what is described by it. */
  readonly id?: string;
}

/** What went wrong, told at once to who does not see it. */
export function ProblemLine({ problem, id }: ProblemLineProps): JSX.Element | null {
  if (problem === undefined) return null;
  return (
    <p id={id} class="problem" role="alert">
      <Icon name="warning" />
      {problem}
    </p>
  );
}
