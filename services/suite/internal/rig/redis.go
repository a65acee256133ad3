package rig

import (
	"net"
	"os/exec"
	"testing"
)

// Redis starts a Redis of this test alone, on the address; stop ends it at once.
// Rigs do not share one: their services would take each other for replicas.
func Redis(t testing.TB, addr string) (stop func()) {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		t.Fatalf("CLOUDPACT_TEST=full needs redis-server: %v", err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(stop)
	return stop
}
