"""API Gateway and SQS on a laptop."""
