package transport

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/anypb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wire"
)

// AdvanceClock implements RegistryService. It answers when the operation is
// done, or a little before the call's deadline with the operation as it stands.
func (s *Registry) AdvanceClock(ctx context.Context, in *contractv1.AdvanceClockRequest) (*longrunningpb.Operation, error) {
	provider, err := one(clockName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	at, err := wire.FromTime(in.GetTargetTime(), "target_time")
	if err != nil {
		return nil, err
	}
	day, err := wire.FromDate(in.GetTargetDate(), "target_date")
	if err != nil {
		return nil, err
	}
	op, err := s.app.AdvanceClock(ctx, provider, bookapp.Target{Time: at, Date: day})
	if err != nil {
		return nil, err
	}
	wait, cancel := shortly(ctx, 0)
	defer cancel()
	if op, err = s.app.WaitOperation(ctx, wait, op.ID); err != nil {
		return nil, err
	}
	return operationPB(op)
}

// shortly is a context that ends a tenth before ctx does, so that there is time
// to answer, or after the limit where that is given and shorter.
func shortly(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	const usual = 30 * time.Second
	left := usual
	if end, ok := ctx.Deadline(); ok {
		left = remaining(end)
		left -= left / 10
	}
	if limit > 0 && limit < left {
		left = limit
	}
	return context.WithTimeout(ctx, left)
}

// Operations serves google.longrunning.Operations for the advances of clocks.
type Operations struct {
	longrunningpb.UnimplementedOperationsServer
	app   *bookapp.App
	pager *page.Codec
}

// NewOperations serves the book's operations.
func NewOperations(app *bookapp.App, pager *page.Codec) *Operations {
	return &Operations{app: app, pager: pager}
}

// OperationsDesc is what is served of google.longrunning.Operations: operations
// are neither deleted nor cancelled, a clock does not stop half-way.
func OperationsDesc() *grpc.ServiceDesc {
	d := longrunningpb.Operations_ServiceDesc
	served := map[string]bool{"ListOperations": true, "GetOperation": true, "WaitOperation": true}
	methods := d.Methods
	d.Methods = nil
	for _, m := range methods {
		if served[m.MethodName] {
			d.Methods = append(d.Methods, m)
		}
	}
	return &d
}

// OperationsAccess says who may call them, in place of an option.
func OperationsAccess() map[string]*typev1.Access {
	readers := &typev1.Access{Roles: []typev1.Role{
		typev1.Role_ROLE_ADMIN, typev1.Role_ROLE_OPERATOR, typev1.Role_ROLE_APPROVER,
		typev1.Role_ROLE_AUDITOR, typev1.Role_ROLE_SERVICE,
	}}
	return map[string]*typev1.Access{"ListOperations": readers, "GetOperation": readers, "WaitOperation": readers}
}

// GetOperation implements Operations.
func (s *Operations) GetOperation(ctx context.Context, in *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	op, err := s.operation(ctx, in.GetName())
	if err != nil {
		return nil, err
	}
	return operationPB(op)
}

// WaitOperation implements Operations.
func (s *Operations) WaitOperation(ctx context.Context, in *longrunningpb.WaitOperationRequest) (*longrunningpb.Operation, error) {
	op, err := s.operation(ctx, in.GetName())
	if err != nil {
		return nil, err
	}
	if t := in.GetTimeout(); t != nil && (t.CheckValid() != nil || t.AsDuration() < 0) {
		return nil, invalid("timeout", "a timeout is 0 or more")
	}
	wait, cancel := shortly(ctx, in.GetTimeout().AsDuration())
	defer cancel()
	if op, err = s.app.WaitOperation(ctx, wait, op.ID); err != nil {
		return nil, err
	}
	return operationPB(op)
}

// operation reads an operation that the caller may see.
func (s *Operations) operation(ctx context.Context, name string) (book.Operation, error) {
	id, err := one(operationName, name, "name")
	if err != nil {
		return book.Operation{}, err
	}
	op, err := s.app.Operation(ctx, id)
	if err == nil && !rpc.FromContext(ctx).Sees(op.Provider, "") {
		err = fault.NotFound(fault.ReasonNotFound, name)
	}
	return op, err
}

// ListOperations implements Operations. The collection is "operations/billing"
// or empty; there are no filters.
func (s *Operations) ListOperations(ctx context.Context, in *longrunningpb.ListOperationsRequest) (*longrunningpb.ListOperationsResponse, error) {
	switch in.GetName() {
	case "", "operations", "operations/billing":
	default:
		return nil, fault.Invalid(fault.ReasonNameInvalid, "name", "the collection is operations/billing")
	}
	if in.GetFilter() != "" {
		return nil, invalid("filter", "operations are not filtered")
	}
	own := rpc.FromContext(ctx).Provider
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 2, "ListOperations", own)
	if err != nil {
		return nil, err
	}
	rows, places, err := s.app.Operations(ctx, own, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].Provider, places[i]} })
	out := &longrunningpb.ListOperationsResponse{NextPageToken: next}
	for _, op := range rows {
		pb, err := operationPB(op)
		if err != nil {
			return nil, err
		}
		out.Operations = append(out.Operations, pb)
	}
	return out, nil
}

func operationPB(op book.Operation) (*longrunningpb.Operation, error) {
	meta, err := anypb.New(&contractv1.AdvanceClockMetadata{
		Clock: book.ClockName(op.Provider), Now: wire.ToTime(op.Now),
		TargetTime: wire.ToTime(op.Target), Deadlines: op.Deadlines,
	})
	out := &longrunningpb.Operation{Name: op.Name(), Metadata: meta, Done: op.Done}
	if err != nil || !op.Done {
		return out, err
	}
	if op.Failure != nil {
		st, err := failurePB(op.Failure)
		out.Result = &longrunningpb.Operation_Error{Error: st}
		return out, err
	}
	clock, err := anypb.New(clockPB(book.Clock{Provider: op.Provider, Now: op.Now}))
	out.Result = &longrunningpb.Operation_Response{Response: clock}
	return out, err
}

func failurePB(f *book.Failure) (*statuspb.Status, error) {
	info, err := anypb.New(&errdetails.ErrorInfo{Reason: f.Reason, Domain: fault.Domain, Metadata: f.Metadata})
	return &statuspb.Status{Code: int32(f.Code), Message: f.Message, Details: []*anypb.Any{info}}, errors.Join(err)
}
