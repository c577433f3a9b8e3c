import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { DialogHead } from '../app/dialog-head.tsx';
import { Icon } from '../app/icon.tsx';
import { ProblemLine } from '../app/problem-line.tsx';
import { markWords } from '../sessions/mark-words.ts';
import { withoutSigns } from '../markdown/without-signs.ts';
import { toTimeText } from '../timeline/time-text.ts';
import { MemoryText } from './memory-text.tsx';
import type { MemoryFileRow, MemoryHit, MemoryView } from './memory-view.ts';

/** What the agent remembers: its files, a search over them, and one of them to read or edit. */
export function MemoryDialog({ view }: { readonly view: MemoryView }): JSX.Element | null {
  if (!view.isOpen.value) return null;
  return <OpenDialog view={view} />;
}

function OpenDialog({ view }: { readonly view: MemoryView }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const file = view.file.value;
  return (
    <dialog
      ref={dialog}
      class={file ? 'memory has-file' : 'memory'}
      aria-labelledby="memory-title"
      onClose={view.close}
      onCancel={(event) => {
        // Escape ends the editing, not with it what was typed.
        if (view.mode.value === 'edit' && file) event.preventDefault();
      }}
    >
      <DialogHead id="memory-title" title="Memory" dialog={dialog} />
      <ProblemLine problem={view.problem.value} />
      <div class="memory-panes">
        <Side view={view} />
        {file ? (
          <MemoryText key={`${file.path} ${file.hash}`} view={view} file={file} />
        ) : (
          <p class="memory-none">
            What the agent remembers is in these Markdown files. Choose one to read it, or change
            it: it is yours.
          </p>
        )}
      </div>
    </dialog>
  );
}

function Side({ view }: { readonly view: MemoryView }): JSX.Element {
  const { files, findings } = view;
  return (
    <div class="memory-side">
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Search the memory"
          aria-label="Search the memory"
          value={view.query.value}
          onInput={(event) => view.search(event.currentTarget.value)}
        />
      </label>
      {findings.value ? (
        <Hits view={view} findings={findings.value} />
      ) : files.value ? (
        <Files view={view} files={files.value} />
      ) : (
        <p role="status">Reading …</p>
      )}
      <NewFile view={view} />
    </div>
  );
}

function Files({
  view,
  files,
}: {
  readonly view: MemoryView;
  readonly files: readonly MemoryFileRow[];
}): JSX.Element {
  if (files.length === 0) return <p class="nothing">Nothing is remembered yet.</p>;
  return (
    <nav class="memory-list" aria-label="Files of the memory">
      <ul class="plain">
        {files.map(({ path, updatedAt, person, shared }) => (
          <li key={path}>
            <button
              type="button"
              class="memory-row"
              aria-current={view.file.value?.path === path ? 'page' : undefined}
              onClick={() => view.show(path)}
            >
              <span class="memory-name">{path}</span>
              <span class="memory-facts">
                <time dateTime={updatedAt}>{toTimeText(updatedAt, new Date())}</time>
                {person !== undefined && <span class="badge">of {person}</span>}
                {shared.length > 0 && <span class="badge">shared: {shared.join(', ')}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Hits({
  view,
  findings: { hits, reason },
}: {
  readonly view: MemoryView;
  readonly findings: NonNullable<MemoryView['findings']['value']>;
}): JSX.Element {
  return (
    <nav class="memory-list" aria-label="Found in the memory">
      <p class="memory-count" role="status">
        {hits.length === 0 ? 'Nothing that is remembered fits.' : `${hits.length} found`}
      </p>
      <ul class="plain">
        {hits.map((hit) => (
          <Hit key={hit.citation} view={view} hit={hit} />
        ))}
      </ul>
      {reason !== undefined && <p class="memory-reason">{reason}</p>}
    </nav>
  );
}

function Hit({ view, hit }: { readonly view: MemoryView; readonly hit: MemoryHit }): JSX.Element {
  const { citation, path, from, to, text, taint } = hit;
  return (
    <li>
      <button type="button" class="memory-row" onClick={() => view.show(path, { from, to })}>
        <span class="memory-name">{citation}</span>
        <span class="memory-words" dir="auto">
          {markWords(withoutSigns(text.slice(0, 300)), view.query.value).map(
            ({ text: piece, marked }, index) => (marked ? <mark key={index}>{piece}</mark> : piece),
          )}
        </span>
        {taint.length > 0 && <span class="badge is-tainted">not trusted: {taint.join(', ')}</span>}
      </button>
    </li>
  );
}

function NewFile({ view }: { readonly view: MemoryView }): JSX.Element {
  const [path, setPath] = useState<string | undefined>(undefined);
  if (path === undefined)
    return (
      <button type="button" class="ghost small memory-new" onClick={() => setPath('memory/')}>
        <Icon name="plus" />
        New file
      </button>
    );
  return (
    <form
      class="memory-new-form"
      onSubmit={(event) => {
        event.preventDefault();
        view.create(path.trim());
        setPath(undefined);
      }}
    >
      <input
        type="text"
        aria-label="Name of the new file"
        pattern="MEMORY\.md|memory/.+\.md"
        title="MEMORY.md or memory/<name>.md"
        required
        value={path}
        ref={(input) => input?.focus()}
        onInput={(event) => setPath(event.currentTarget.value)}
      />
      <button type="submit" class="small">
        Begin
      </button>
    </form>
  );
}
