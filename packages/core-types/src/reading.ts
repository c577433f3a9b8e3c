/** What reads messages, answers and usage without any schema: for threads and bundles that validate nothing and should not load the library that does. */
export { addUsage, noUsage } from './add-usage.ts';
export { toFetchedPart } from './fetched-part.ts';
export { pageOf } from './ports/directory.ts';
export { callsOf, textOf, userText } from './read-message.ts';
export { joinSteps } from './reduce-run.ts';
