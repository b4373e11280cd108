// Package bottest holds what tests of the bot and its adapters share: an
// event log in memory, one turn of every kind of event, and the contract
// suites that every implementation of a port must pass.
package bottest
