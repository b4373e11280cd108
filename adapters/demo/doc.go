// Package demo makes up a month of conversations: people of a story ask the
// real engine, follow or leave its guidance, wait for made-up agents and come
// back. Nothing of it is stored here; the same seed gives the same month. All
// its people are called demo-… and its conversations demo_….
package demo
