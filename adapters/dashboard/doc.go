// Package dashboard answers questions about all conversations: figures, what
// they are made of, questions without an answer, and tables to take away. What
// it says is defined in bot/analytics; who may ask is up to who mounts it.
package dashboard
