// Package conform looks from outside whether a NATS micro service keeps a
// contract of ours: what the verifications of all contracts have in common.
package conform
