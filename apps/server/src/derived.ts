/** `make` of the source as it is now, made once per source: what is read with every message costs nothing while nothing changes. */
export function derived<Source, Value>(
  source: () => Source,
  make: (from: Source) => Value,
): () => Value {
  let known: { readonly from: Source; readonly value: Value } | undefined;
  return () => {
    const from = source();
    if (known?.from !== from) known = { from, value: make(from) };
    return known.value;
  };
}
