// Package proofs keeps the documents that people attach to an appeal: it finds
// out what they are from their content, refuses what could harm whoever opens
// them, has them scanned where a scanner is configured, and stores them
// encrypted, in a directory or in any store that speaks S3.
//
// An object is named proofs/CONVERSATION/ID, where CONVERSATION is a hash of the
// conversation's id. It holds "KTP1", a nonce of 12 bytes, and what AES-256-GCM
// makes of the document with the object's name as additional data, so that no
// object can be passed off as another. The key is derived from the configured
// secret by HKDF-SHA256 with the info "kaitong proofs v1" and no salt.
package proofs
