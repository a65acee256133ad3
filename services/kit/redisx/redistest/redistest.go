// Package redistest finds the Redis that full test runs demand.
package redistest

import (
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Addr gives the address of the Redis that CLOUDPACT_TEST=full demands, and
// false without it. A Redis that is demanded and absent fails the test.
func Addr(t testing.TB) (string, bool) {
	if os.Getenv("CLOUDPACT_TEST") != "full" {
		return "", false
	}
	addr := os.Getenv("CLOUDPACT_TEST_REDIS")
	if addr == "" {
		addr = "127.0.0.1:6379"
	}
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer c.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatalf("CLOUDPACT_TEST=full needs a Redis at %s (CLOUDPACT_TEST_REDIS): %v", addr, err)
	}
	return addr, true
}
