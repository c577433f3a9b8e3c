import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../app/icon.tsx';
import { toMemoryLines } from './memory-lines.ts';
import type { MemoryView, OpenFile } from './memory-view.ts';

interface Props {
  readonly view: MemoryView;
  readonly file: OpenFile;
}

/** One file of the memory, to read or to edit. */
export function MemoryText({ view, file }: Props): JSX.Element {
  const isEditing = view.mode.value === 'edit';
  return (
    <section class="memory-file" aria-label={file.path}>
      {isEditing ? <Editor view={view} file={file} /> : <Reader view={view} file={file} />}
    </section>
  );
}

function Reader({ view, file }: Props): JSX.Element {
  const [asks, setAsks] = useState(false);
  const found = useRef<HTMLLIElement>(null);
  useEffect(() => found.current?.scrollIntoView({ block: 'center' }), [file]);
  const { passage } = file;
  return (
    <>
      <header class="memory-file-head">
        <button
          type="button"
          class="ghost round memory-back"
          aria-label="Back"
          onClick={view.leave}
        >
          <Icon name="chevron" />
        </button>
        <h3>{file.path}</h3>
        {passage && (
          <button type="button" class="small" onClick={view.removePassage}>
            Forget{' '}
            {passage.from === passage.to
              ? `line ${passage.from}`
              : `lines ${passage.from}–${passage.to}`}
          </button>
        )}
        <button type="button" class="small" onClick={view.edit}>
          <Icon name="pencil" />
          Edit
        </button>
        <button
          type="button"
          class={asks ? 'small danger' : 'ghost small'}
          onClick={() => (asks ? view.remove() : setAsks(true))}
          onBlur={() => setAsks(false)}
        >
          {asks ? 'Delete for good' : 'Delete'}
        </button>
      </header>
      <ol class="memory-lines" tabIndex={0} aria-label={`Lines of ${file.path}`}>
        {toMemoryLines(file.text, passage).map(({ number, text, kind, isFound }) => (
          <li
            key={number}
            value={number}
            class={`is-${kind}${isFound ? ' is-found' : ''}`}
            ref={isFound && number === passage?.from ? found : null}
          >
            <span dir="auto">{text}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function Editor({ view, file }: Props): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const save = (): void => view.save(area.current?.value ?? '');
  return (
    <form
      class="memory-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <header class="memory-file-head">
        <h3>{file.path}</h3>
        <button type="button" class="ghost small" onClick={view.cancel}>
          Cancel
        </button>
        <button type="submit" class="primary small">
          Save
        </button>
      </header>
      <textarea
        ref={area}
        aria-label={`Text of ${file.path}`}
        spellcheck={false}
        defaultValue={file.text}
        onKeyDown={(event) => {
          const isSave = event.key === 's' && (event.ctrlKey || event.metaKey);
          if (!isSave) return;
          event.preventDefault();
          save();
        }}
      />
    </form>
  );
}
