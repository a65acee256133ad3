package rig

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/stack"
)

// binaries builds the five commands once per test process.
var binaries = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cloudpact-bin-")
	if err != nil {
		return "", err
	}
	args := []string{"build", "-o", dir + "/"}
	for _, name := range stack.Targets {
		args = append(args, fmt.Sprintf("cloudpact.dev/services/%s/cmd/%s", name, name))
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the commands: %w\n%s", err, out)
	}
	return dir, nil
})

// startSplit runs the five commands as processes with a Redis between them.
func startSplit(t testing.TB, k Kind, cfg stack.Config) *Rig {
	t.Helper()
	redis := k.Redis
	if redis == "" {
		redis = FreeAddr(t)
		Redis(t, redis)
	}
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := rpc.OpenTokens(cfg.TokenFile())
	if err != nil {
		t.Fatal(err)
	}
	addrs := map[string]string{}
	env := append(os.Environ(), "CLOUDPACT_DATA="+cfg.Data, "CLOUDPACT_TOKENS="+cfg.TokenFile(), "CLOUDPACT_LOG=error",
		"CLOUDPACT_DATABASE_DRIVER="+cfg.Database.Driver, "CLOUDPACT_DATABASE_DSN="+cfg.Database.DSN, "CLOUDPACT_REDIS_ADDR="+redis)
	for _, name := range stack.Targets {
		addrs[name] = FreeAddr(t)
		if name != "gateway" {
			env = append(env, fmt.Sprintf("CLOUDPACT_PEERS_%s_ADDR=%s", strings.ToUpper(name), addrs[name]))
		}
	}
	for _, name := range stack.Targets {
		own := "CLOUDPACT_GRPC_LISTEN_ADDR=" + addrs[name]
		if name == "gateway" {
			own = "CLOUDPACT_GATEWAY_LISTEN_ADDR=" + addrs[name]
		}
		startProcess(t, filepath.Join(bin, name), append(env, own))
	}
	r := &Rig{Name: k.String(), Tokens: tokens, TokenFile: cfg.TokenFile(), env: env}
	if k.JSON {
		r.Caller = scenario.JSON{Base: "http://" + addrs["gateway"], Client: &http.Client{Timeout: time.Minute}}
		return r
	}
	d := rpc.NewDirectory(nil)
	t.Cleanup(func() { _ = d.Close() })
	for _, name := range process.Services {
		if err := d.Remote(name, addrs[name], ""); err != nil {
			t.Fatal(err)
		}
	}
	r.Caller = stack.Caller{Directory: d}
	return r
}

// Process is a further process of a service, beside the one of the rig.
type Process struct {
	// Addr of its gRPC server.
	Addr string
	// Kill ends it at once (SIGKILL), as a crash would.
	Kill func()
}

// Replica starts a further process of a service of a split rig, on the same
// database.
func (r *Rig) Replica(t testing.TB, service string) Process {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	p := Process{Addr: FreeAddr(t)}
	p.Kill = startProcess(t, filepath.Join(bin, service), append(slices.Clone(r.env), "CLOUDPACT_GRPC_LISTEN_ADDR="+p.Addr))
	return p
}

// startProcess starts one command with its operations endpoint, and waits until
// it is ready. kill ends it at once.
func startProcess(t testing.TB, path string, env []string) (kill func()) {
	t.Helper()
	ops := FreeAddr(t)
	var log bytes.Buffer
	cmd := exec.Command(path)
	cmd.Env = append(env, "CLOUDPACT_OPS_ADDR="+ops)
	cmd.Stderr, cmd.Stdout = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-exited; err != nil || t.Failed() {
			t.Logf("%s: %v\n%s", filepath.Base(path), err, log.String())
		}
	})
	awaitReady(t, "http://"+ops+"/readyz", exited, &log)
	return func() { _ = cmd.Process.Kill() }
}

func awaitReady(t testing.TB, url string, exited chan error, log *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("the process ended before it was ready: %v\n%s", err, log.String())
		case <-ctx.Done():
			t.Fatalf("%s: not ready in time", url)
		case <-tick.C:
		}
	}
}

// FreeAddr is an address of this machine that nobody listens on.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
