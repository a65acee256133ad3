// Command composecheck reads docker-compose.yaml as a compose engine would:
// schema, references between services, volumes, profiles and conditions. It builds
// and starts nothing.
//
//	composecheck FILE PROFILE...
//
// The file is loaded once without and once with each named profile.
package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: composecheck FILE PROFILE...")
		os.Exit(2)
	}
	for _, profile := range append([]string{""}, os.Args[2:]...) {
		if err := check(context.Background(), os.Args[1], profile); err != nil {
			fmt.Fprintln(os.Stderr, "composecheck:", err)
			os.Exit(1)
		}
	}
}

func check(ctx context.Context, file, profile string) error {
	options := []cli.ProjectOptionsFn{cli.WithConsistency(true), cli.WithResolvedPaths(true)}
	if profile != "" {
		options = append(options, cli.WithProfiles([]string{profile}))
	}
	opts, err := cli.NewProjectOptions([]string{file}, options...)
	if err != nil {
		return err
	}
	project, err := opts.LoadProject(ctx)
	if err != nil {
		return err
	}
	names := project.ServiceNames()
	slices.Sort(names)
	for _, name := range names {
		if err := localPorts(project.Services[name]); err != nil {
			return err
		}
	}
	fmt.Printf("profile %q: %s\n", profile, strings.Join(names, " "))
	return nil
}

// localPorts refuses a port that the host would offer to its network.
func localPorts(s types.ServiceConfig) error {
	for _, p := range s.Ports {
		ip, err := netip.ParseAddr(p.HostIP)
		if err != nil || !ip.IsLoopback() {
			return fmt.Errorf("service %s publishes %s on %q: only a loopback address is published", s.Name, p.Published, p.HostIP)
		}
	}
	return nil
}
