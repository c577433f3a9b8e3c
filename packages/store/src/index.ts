export { type BlobIndex, createFolderBlobs } from './blobs/folder-blobs.ts';
