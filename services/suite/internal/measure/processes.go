package measure

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"cloudpact.dev/services/kit/clock"
)

// measureStart starts the suite in an empty folder and waits until it is ready
// to serve.
func measureStart(ctx context.Context, o Options) ([]Figure, error) {
	f := Figure{Name: "ready to serve an empty folder", Unit: "s", Beside: "goal: under 1"}
	for range o.Rounds {
		took, err := startOnce(ctx)
		if err != nil {
			return nil, err
		}
		f.Rounds = append(f.Rounds, took.Seconds())
	}
	return []Figure{f}, nil
}

func startOnce(ctx context.Context) (time.Duration, error) {
	dir, err := os.MkdirTemp("", "cloudpact-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	ops, err := freeAddr()
	if err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, "--data", dir, "serve", "--no-demo")
	cmd.Env = append(os.Environ(), "CLOUDPACT_OPS_ADDR="+ops, "CLOUDPACT_GRPC_LISTEN_ADDR=127.0.0.1:0",
		"CLOUDPACT_GATEWAY_LISTEN_ADDR=127.0.0.1:0", "CLOUDPACT_LOG=error")
	watch := clock.Stopwatch()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err = awaitReady(ctx, "http://"+ops+"/readyz")
	took := watch()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if end := cmd.Wait(); err == nil && end != nil {
		err = fmt.Errorf("the suite did not stop cleanly: %w", end)
	}
	return took, err
}

func awaitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// measureDemo replays the demo contract in a process of its own.
func measureDemo(ctx context.Context, o Options) ([]Figure, error) {
	took := Figure{Name: "demo replay, SQLite", Unit: "s", Beside: "goal: under 10"}
	cpu := Figure{Name: "demo replay, processor time", Unit: "s"}
	memory := Figure{Name: "demo replay, most memory", Unit: "MiB", Beside: "goal: under 300"}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for range o.Rounds {
		cmd := exec.CommandContext(ctx, self, "demo", "--json")
		watch := clock.Stopwatch()
		if out, err := cmd.Output(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, out)
		}
		took.Rounds = append(took.Rounds, watch().Seconds())
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			continue // a system that counts otherwise
		}
		cpu.Rounds = append(cpu.Rounds, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
		memory.Rounds = append(memory.Rounds, float64(usage.Maxrss)/1024)
	}
	return []Figure{took, cpu, memory}, nil
}
