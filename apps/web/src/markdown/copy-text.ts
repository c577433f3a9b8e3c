/** Puts text on the clipboard. Over plain HTTP to another machine browsers offer only the old way. */
export async function copyText(text: string, page: Document): Promise<'copied' | 'refused'> {
  const clipboard = page.defaultView?.navigator.clipboard;
  if (clipboard) {
    return clipboard.writeText(text).then(
      () => 'copied',
      () => 'refused',
    );
  }
  const field = page.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  const focused = page.activeElement;
  page.body.append(field);
  field.select();
  const copied = page.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied ? 'copied' : 'refused';
}
