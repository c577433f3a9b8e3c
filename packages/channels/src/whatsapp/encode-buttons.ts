import { textFor } from '@cuttle/core-types/texts';

interface Button {
  readonly label: string;
  readonly token: string;
}

/** Limits of both forms. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages */
const reply = { most: 3, title: 20, body: 1024 };
/** https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages */
const list = { title: 24, description: 72 };

/** Up to three short buttons under a short text; else a list, which has room for both. */
export function encodeButtons(body: string, buttons: readonly Button[]): object {
  const fits =
    buttons.length <= reply.most &&
    body.length <= reply.body &&
    buttons.every(({ label }) => label.length <= reply.title) &&
    new Set(buttons.map(({ label }) => label)).size === buttons.length;
  return fits ? toReplyButtons(body, buttons) : toList(body, buttons);
}

function toReplyButtons(text: string, buttons: readonly Button[]): object {
  return {
    type: 'button',
    body: { text },
    action: {
      buttons: buttons.map(({ label, token }) => ({
        type: 'reply',
        reply: { id: token, title: label },
      })),
    },
  };
}

/** What a title has no room for stands below it. */
function toList(text: string, buttons: readonly Button[]): object {
  const rows = buttons.map(({ label, token }) => {
    const title = cut(label, list.title);
    return {
      id: token,
      title,
      ...(title !== label && { description: cut(label, list.description) }),
    };
  });
  const button = textFor('outbound.choose');
  return { type: 'list', body: { text }, action: { button, sections: [{ rows }] } };
}

/** Whole characters as people see them, at most `most` units of UTF-16. */
function cut(text: string, most: number): string {
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length > most) break;
    kept += segment;
  }
  return kept === '' ? text.slice(0, most).toWellFormed() : kept;
}
