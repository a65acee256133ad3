package main

import (
	"testing"
	"time"

	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/suite/internal/rig"
	"github.com/redis/go-redis/v9"
)

// TestRedisMayBeLost plays the demo contract on five processes whose Redis is
// flushed again and again, stopped, and started anew: every answer stays the
// same.
func TestRedisMayBeLost(t *testing.T) {
	if !dbtest.Full() {
		return // needs PostgreSQL and Redis
	}
	t.Parallel()
	addr := rig.FreeAddr(t)
	stop := rig.Redis(t, addr)
	r := rig.Start(t, rig.Kind{Postgres: true, Split: true, Redis: addr})
	played := make(chan error, 1)
	go func() {
		_, _, err := r.Play(t.Context(), "demo/demo.yaml")
		played <- err
	}()
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer client.Close()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case err := <-played:
			if err != nil {
				t.Fatal(err)
			}
			if n < 10 {
				t.Errorf("the contract was played before Redis was lost (%d looks)", n)
			}
			return
		case <-tick.C:
		}
		switch {
		case n%10 == 7:
			stop()
		case n%10 == 9:
			stop = rig.Redis(t, addr)
		default:
			client.FlushAll(t.Context()) // fails while it is stopped, which is the point
		}
	}
}
