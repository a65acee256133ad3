package fault

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// GRPCStatus gives the status that goes over the wire: ErrorInfo always, then
// BadRequest, PreconditionFailure and RetryInfo where they apply. gRPC calls it
// for an error that a handler returns.
func (f *Fault) GRPCStatus() *status.Status {
	st := status.New(f.Code, f.Message)
	details := []protoadapt.MessageV1{
		&errdetails.ErrorInfo{Reason: f.Reason, Domain: Domain, Metadata: f.Metadata},
	}
	if d := f.fieldDetail(); d != nil {
		details = append(details, d)
	}
	if f.Retry > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(f.Retry)})
	}
	with, err := st.WithDetails(details...)
	if err != nil { // only for code OK, which no constructor makes
		return st
	}
	return with
}

func (f *Fault) fieldDetail() protoadapt.MessageV1 {
	if len(f.Fields) == 0 {
		return nil
	}
	if f.Code == codes.FailedPrecondition {
		d := &errdetails.PreconditionFailure{}
		for _, x := range f.Fields {
			d.Violations = append(d.Violations, &errdetails.PreconditionFailure_Violation{
				Type: f.Reason, Subject: x.Path, Description: x.Description,
			})
		}
		return d
	}
	d := &errdetails.BadRequest{}
	for _, x := range f.Fields {
		d.FieldViolations = append(d.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: x.Path, Description: x.Description, Reason: f.Reason,
		})
	}
	return d
}

// From makes a fault of any error: a fault stays what it is, a status is
// rebuilt, an ended context keeps its meaning, anything else is Internal.
// From(nil) is nil.
func From(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &Fault{Code: codes.Canceled, Reason: ReasonUnavailable, Message: "the caller went away", cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Fault{Code: codes.DeadlineExceeded, Reason: ReasonUnavailable, Message: "the call's deadline passed", cause: err}
	}
	if _, ok := status.FromError(err); ok {
		return FromStatus(err)
	}
	return Internal(err)
}

// FromStatus rebuilds the fault on the client's side of a hop. A status without
// ErrorInfo gets the reason UNAVAILABLE or INTERNAL by its code.
// FromStatus(nil) is nil.
func FromStatus(err error) *Fault {
	if err == nil {
		return nil
	}
	st := status.Convert(err)
	f := &Fault{Code: st.Code(), Message: st.Message(), Reason: ReasonInternal, cause: errors.Unwrap(err)}
	if st.Code() == codes.Unavailable {
		f.Reason = ReasonUnavailable
	}
	for _, d := range st.Details() {
		f.take(d)
	}
	return f
}

func (f *Fault) take(detail any) {
	switch d := detail.(type) {
	case *errdetails.ErrorInfo:
		f.Reason = d.GetReason()
		if len(d.GetMetadata()) > 0 {
			f.Metadata = d.GetMetadata()
		}
	case *errdetails.BadRequest:
		for _, v := range d.GetFieldViolations() {
			f.Fields = append(f.Fields, Field{v.GetField(), v.GetDescription()})
		}
	case *errdetails.PreconditionFailure:
		for _, v := range d.GetViolations() {
			f.Fields = append(f.Fields, Field{v.GetSubject(), v.GetDescription()})
		}
	case *errdetails.RetryInfo:
		f.Retry = d.GetRetryDelay().AsDuration()
	}
}
