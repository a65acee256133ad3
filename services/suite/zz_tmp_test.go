package main

import (
	"context"
	"fmt"
	"testing"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/suite/internal/rig"
	"cloudpact.dev/services/suite/internal/stack"
)

func TestZZ(t *testing.T) {
	r := rig.Start(t, rig.Default)
	_, res, err := r.Play(t.Context(), "/tmp/compliance-demo-files/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := compliancev1.NewComplianceServiceClient(r.Caller.(stack.Caller).Directory.Public("compliance"))
	ctx := rpc.WithToken(context.Background(), r.Tokens.Token("operator"))
	p := res.Provider + "/customers/harbour"
	n, err := c.ListNotices(ctx, &compliancev1.ListNoticesRequest{Parent: p, PageSize: 1000})
	fmt.Println(err)
	for _, x := range n.GetNotices() {
		fmt.Println(x.GetNoticeTime().AsTime().Format("2006-01-02T15:04"), x.GetKind(), "|", x.GetTitle(), "|", x.GetText())
	}
	o, err := c.ListObligations(ctx, &compliancev1.ListObligationsRequest{Parent: p, PageSize: 1000})
	fmt.Println(err)
	for _, x := range o.GetObligations() {
		fmt.Println(x.GetDueTime().AsTime().Format("2006-01-02T15:04"), x.GetService(), x.GetKind(), x.GetState(), x.GetClause(), "|", x.GetConsequence(), "|", x.GetSubject())
	}
	a, _ := c.ListAuditEntries(ctx, &compliancev1.ListAuditEntriesRequest{Parent: p, PageSize: 1000})
	fmt.Println("audit", len(a.GetAuditEntries()))
	ca, _ := c.ListCases(ctx, &compliancev1.ListCasesRequest{Parent: p + "/contracts/-"})
	for _, x := range ca.GetCases() {
		fmt.Println(x.GetName(), x.GetState(), x.GetCureLastDay())
	}
}
