// Command kaitong is a self-hosted support-bot backend that tells people why
// an activation failed and what to do now.
package main

import (
	"os"

	"kaitong/adapters/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
