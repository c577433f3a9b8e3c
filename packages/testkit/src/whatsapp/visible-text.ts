import { readMarkedWords } from '../marked-words.ts';

/** The words a person reads of a message: without marks. https://faq.whatsapp.com/539178204879377 */
export function readWhatsappText(body: string): string {
  return readMarkedWords(body);
}
