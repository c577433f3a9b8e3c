import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Upload } from '../conversation/outbox.ts';
import { Icon } from '../app/icon.tsx';
import { maxUploads, toUpload } from './uploads.ts';

export interface Uploads {
  readonly files: readonly Upload[];
  readonly problem: string | undefined;
  readonly picker: JSX.Element;
  readonly dropTarget: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
  onPaste(event: ClipboardEvent): void;
  remove(index: number): void;
  clear(): void;
}

/** The files that go with the message being written: picked, pasted or dropped. */
export function useUploads(): Uploads {
  const [files, setFiles] = useState<readonly Upload[]>([]);
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const add = async (list: Iterable<File>): Promise<void> => {
    const results = await Promise.all([...list].map((file) => toUpload(file)));
    const good = results.flatMap((result) => (result.ok ? [result.upload] : []));
    const [bad] = results.flatMap((result) => (result.ok ? [] : [result.reason]));
    setProblem(bad);
    setFiles((known) => [...known, ...good].slice(0, maxUploads));
  };
  const addQuietly = (list: Iterable<File>): void => {
    add(list).catch(() => setProblem('This file could not be read.'));
  };
  return {
    files,
    problem,
    picker: (
      <>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            addQuietly(event.currentTarget.files ?? []);
            event.currentTarget.value = '';
          }}
        />
        <button
          type="button"
          class="ghost round"
          aria-label="Attach files"
          title="Attach files"
          onClick={() => input.current?.click()}
        >
          <Icon name="clip" />
        </button>
      </>
    ),
    dropTarget: {
      onDragOver: (event) => event.preventDefault(),
      onDrop(event) {
        event.preventDefault();
        addQuietly(event.dataTransfer?.files ?? []);
      },
    },
    onPaste(event) {
      const pasted = event.clipboardData?.files;
      if (!pasted || pasted.length === 0) return;
      event.preventDefault();
      addQuietly(pasted);
    },
    remove: (index) => setFiles((known) => known.filter((_, at) => at !== index)),
    clear() {
      setFiles([]);
      setProblem(undefined);
    },
  };
}
