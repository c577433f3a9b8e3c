import type { JSX, RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Upload } from '../conversation/outbox.ts';
import { Icon } from '../app/icon.tsx';
import { maxUploads, tooLarge, toUpload, uploadLimits, whatFits } from './uploads.ts';

export interface Uploads {
  readonly files: readonly Upload[];
  readonly problem: string | undefined;
  /** Files that are being read. */
  readonly reading: number;
  /** Files are held over the page. */
  readonly isOver: boolean;
  readonly picker: JSX.Element;
  readonly dropTarget: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
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
  const [reading, setReading] = useState(0);
  const [isOver, setOver] = useState(false);
  const add = async (given: readonly File[]): Promise<void> => {
    const list = given.slice(0, maxUploads - files.length);
    const results = await Promise.all(list.map((file) => toUpload(file)));
    const read = results.flatMap((result) => (result.ok ? [result.upload] : []));
    const good = whatFits(files, read);
    const [bad] = results.flatMap((result) => (result.ok ? [] : [result.reason]));
    const tooMany =
      list.length < given.length ? `At most ${maxUploads} files go along.` : undefined;
    setProblem(bad ?? (good.length < read.length ? tooLarge : tooMany));
    setFiles((known) => [...known, ...good].slice(0, maxUploads));
  };
  const addQuietly = (given: Iterable<File>): void => {
    const list = [...given];
    setReading((count) => count + list.length);
    add(list)
      .catch(() => setProblem('This file could not be read.'))
      .finally(() => setReading((count) => count - list.length));
  };
  return {
    files,
    problem,
    reading,
    isOver,
    picker: <Picker input={input} add={addQuietly} />,
    dropTarget: toDropTarget(setOver, addQuietly),
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

interface PickerProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly add: (list: Iterable<File>) => void;
}

function Picker({ input, add }: PickerProps): JSX.Element {
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          add(event.currentTarget.files ?? []);
          event.currentTarget.value = '';
        }}
      />
      <button
        type="button"
        class="ghost round"
        aria-label="Attach files"
        title={`Attach files. ${uploadLimits}.`}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}

function toDropTarget(
  setOver: (isOver: boolean) => void,
  add: PickerProps['add'],
): Uploads['dropTarget'] {
  return {
    onDragOver(event) {
      event.preventDefault();
      setOver(event.dataTransfer?.types.includes('Files') === true);
    },
    onDragLeave({ relatedTarget: to, currentTarget: form }) {
      // Leaving for a child of the form is no leaving.
      if (to instanceof Node && form instanceof Node && form.contains(to)) return;
      setOver(false);
    },
    onDrop(event) {
      event.preventDefault();
      setOver(false);
      add(event.dataTransfer?.files ?? []);
    },
  };
}
