import { describe, expect, it } from 'vitest';
import { docxOf, pdfSaying } from '../testing/documents.ts';
import { inspectMedia } from './inspect-media.ts';

const bytesOf = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');
const png = '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0';
const jpeg = '\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x0b\x08\x01\xe0\x02\x80\x03\x01';
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const inspect = (bytes: Uint8Array, mimeType = 'application/octet-stream', name = 'file') =>
  inspectMedia(bytes, { mimeType, name });

describe('inspectMedia', () => {
  it.each([
    [png, 'image', 'image/png'],
    [jpeg, 'image', 'image/jpeg'],
    ['GIF89a\x80\x02\xe0\x01', 'image', 'image/gif'],
    ['RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0', 'image', 'image/webp'],
    ['\0\0\0\x18ftypheic\0\0\0\0', 'image', 'image/heic'],
    ['OggS\0\x02', 'audio', 'audio/ogg'],
    ['ID3\x04\0\0', 'audio', 'audio/mpeg'],
    ['\xff\xfb\x90\x64\0', 'audio', 'audio/mpeg'],
    ['RIFF\0\0\0\0WAVEfmt ', 'audio', 'audio/wav'],
    ['fLaC\0\0', 'audio', 'audio/flac'],
    ['\0\0\0\x20ftypM4A \0\0', 'audio', 'audio/mp4'],
    ['\0\0\0\x20ftypisom\0\0', 'video', 'video/mp4'],
    ['\0\0\0\x14ftypqt  \0\0', 'video', 'video/quicktime'],
    ['\0\0\0\x14ftyp3gp5\0\0', 'video', 'video/3gpp'],
    ['\x1aE\xdf\xa3\x01B\x82\x84webm', 'video', 'video/webm'],
    ['\x1aE\xdf\xa3\x01B\x82\x88matroska', 'video', 'video/x-matroska'],
    ['RIFF\0\0\0\0AVI LIST', 'video', 'video/x-msvideo'],
    ['FLV\x01\x05', 'video', 'video/x-flv'],
    ['\0\0\x01\xba!', 'video', 'video/mpeg'],
    ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'video', 'video/x-ms-wmv'],
    ['PK\x03\x04\0\0', 'other', 'application/zip'],
    ['MZ\0\0\x01', 'other', 'application/octet-stream'],
    ['', 'document', 'text/plain'],
  ])('knows %j', (latin1, kind, mimeType) => {
    expect(inspect(bytesOf(latin1))).toMatchObject({ kind, mimeType, bytes: latin1.length });
  });

  it('knows documents', () => {
    expect(inspect(pdfSaying('x')).mimeType).toBe('application/pdf');
    expect(inspect(docxOf('<w:p/>'))).toMatchObject({ kind: 'document', mimeType: docx });
  });

  it('reads the size of a picture from its header', () => {
    const webp = 'RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0';
    for (const latin1 of [png, jpeg, 'GIF89a\x80\x02\xe0\x01', webp])
      expect(inspect(bytesOf(latin1))).toMatchObject({ width: 640, height: 480 });
  });

  it('believes the bytes, not what they are called', () => {
    expect(inspect(pdfSaying('x'), 'image/png', 'photo.png')).toMatchObject({ kind: 'document' });
    expect(inspect(bytesOf(png), 'text/plain', 'a.txt').kind).toBe('image');
    expect(inspect(bytesOf('MZ\0\0'), 'image/png').kind).toBe('other');
  });

  it('tells texts apart by type or name, and sound from pictures in a container', () => {
    expect(inspect(bytesOf('a,b'), 'text/csv').mimeType).toBe('text/csv');
    expect(inspect(bytesOf('# a'), 'application/octet-stream', 'a.MD').mimeType).toBe(
      'text/markdown',
    );
    expect(inspect(bytesOf('<!DOCTYPE html><p>')).mimeType).toBe('text/html');
    expect(inspect(bytesOf('\x1aE\xdf\xa3'), 'audio/webm').kind).toBe('audio');
    expect(inspect(bytesOf('\x1aE\xdf\xa3'), 'video/webm').kind).toBe('video');
  });

  it('stands every cut of a header', () => {
    for (const whole of [png, jpeg, 'RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0'])
      for (let end = 0; end < whole.length; end += 1)
        expect(inspect(bytesOf(whole.slice(0, end))).bytes).toBe(end);
  });
});
