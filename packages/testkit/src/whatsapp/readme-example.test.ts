import { expect, it } from 'vitest';
import { openWhatsappServer } from './whatsapp-server.ts';

// The example of the README, word for word.
it('takes an answer', async () => {
  await using whatsapp = await openWhatsappServer();
  const ann = whatsapp.person({ phone: '491701234567', name: 'Ann' });
  const [number] = whatsapp.numbers;
  const { messageId } = whatsapp.say({ from: ann, text: 'hi' });
  await fetch(`${whatsapp.url}/v26.0/${number?.id}/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${whatsapp.accessToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      messaging_product: 'whatsapp',
      to: ann,
      type: 'text',
      text: { body: '*Hello*, Ann' },
      context: { message_id: messageId },
    }),
  });

  expect(whatsapp.visible(ann)).toMatchObject([{ text: 'Hello, Ann', replyTo: messageId }]);
});
