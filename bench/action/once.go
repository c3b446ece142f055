package action

import (
	"context"
	"errors"

	"golang.org/x/sync/singleflight"
)

// Once does work once for all who ask for it at the same time.
type Once struct{ flights singleflight.Group }

// Do does work, or waits for whoever does the work of this key. It is done in the
// context of who asked first; where that has ended, whoever goes on does it anew.
func (o *Once) Do(ctx context.Context, key string, work func() (any, error)) (any, error) {
	for {
		own := false
		v, err, _ := o.flights.Do(key, func() (any, error) {
			own = true
			return work()
		})
		ended := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		if own || !ended || ctx.Err() != nil {
			return v, err
		}
	}
}
