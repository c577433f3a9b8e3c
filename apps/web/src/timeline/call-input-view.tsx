import type { JSX } from 'preact';
import { toInputFields } from './call-input.ts';

/** The arguments of a call, field by field, with every line of them in sight. */
export function CallInput({ input }: { readonly input: unknown }): JSX.Element {
  const fields = toInputFields(input);
  if (fields.length === 0) return <p class="empty">None</p>;
  return (
    <dl class="call-input">
      {fields.map(({ name, text }) => (
        <div key={name}>
          {name !== '' && <dt>{name}</dt>}
          <dd dir="auto">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
