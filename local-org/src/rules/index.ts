// Written by the helper L5 (see contract-changes.md): L3 calls it and does not write this folder.
export {};
