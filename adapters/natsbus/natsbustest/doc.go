// Package natsbustest gives tests the NATS servers of configs/deploy/nats: that
// very file, with keys and certificates made for the test, listening on free
// ports of the loopback interface.
//
//	site := natsbustest.Start(t, 3)
//	bus, err := natsbus.Start(ctx, natsbus.Options{URL: site.URL(0), Access: site.Access(t, "NODE_1")})
package natsbustest
