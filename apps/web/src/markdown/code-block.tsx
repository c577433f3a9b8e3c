import type { ComponentChild, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { CopyButton } from '../app/copy-button.tsx';
import { highlight } from './highlight.ts';
import { splitLines } from './split-lines.ts';

export interface CodeBlockProps {
  readonly text: string;
  readonly lang: string;
}

/** Code with its language and a copy button. Long code is laid out in pieces, so that a growing one costs its last piece. */
export function CodeBlock({ text, lang }: CodeBlockProps): JSX.Element {
  const name = /^[\w+#.-]{1,30}/.exec(lang)?.[0] ?? '';
  return (
    <figure class="code">
      <figcaption>
        <span class="code-lang">{name === '' ? 'text' : name}</span>
        <CopyButton text={text} label="Copy code" />
      </figcaption>
      <pre tabIndex={0} role="group" aria-label={name === '' ? 'Code' : `Code, ${name}`} dir="ltr">
        <code>
          {splitLines(text, linesPerPiece).map((piece, index) => (
            <CodePiece key={index} text={piece} lang={name} />
          ))}
        </code>
      </pre>
    </figure>
  );
}

const linesPerPiece = 200;

/** The same element for the same text: a piece that is whole is coloured and drawn once. */
function CodePiece({ text, lang }: CodeBlockProps): JSX.Element {
  return useMemo(() => <span class="code-piece">{renderPieces(text, lang)}</span>, [text, lang]);
}

function renderPieces(text: string, lang: string): ComponentChild[] {
  return highlight(text, lang).map((piece, index) =>
    piece.kind === 'plain' ? (
      piece.text
    ) : (
      <span key={index} class={`hl-${piece.kind}`}>
        {piece.text}
      </span>
    ),
  );
}
