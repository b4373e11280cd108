// Package storetest gives tests a PostgreSQL of their own: a cluster in a
// temporary folder, on a random port of the loopback interface, that ends with
// the test binary however that ends. It is as durable as a real one (fsync on).
//
//	address := storetest.Database(t)          // an empty database of the shared cluster
//	cluster := storetest.Start(t)             // a cluster to be restarted and paused
//	address := cluster.Database(t)
//
// Without an installed PostgreSQL such tests are skipped, loudly; where the
// variable CI is set they fail instead.
package storetest
