package lab

import (
	"context"
	"errors"
)

// Together does work once for all who ask for it at the same time. It is done in
// the context of the first; if that has ended, the next caller does it again.
func (l *Lab) Together(ctx context.Context, key string, work func() (any, error)) (any, error) {
	for {
		own := false
		v, err, _ := l.once.Do(key, func() (any, error) {
			own = true
			return work()
		})
		ended := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		if own || !ended || ctx.Err() != nil {
			return v, err
		}
	}
}
