package dev.remora.wire;

/** The constants of the services that tests go through. */
final class Infos {
    static final ServiceInfo EC2 = new ServiceInfo(
            "ec2", "ec2", Protocol.EC2_QUERY, "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", "");
    static final ServiceInfo IAM = new ServiceInfo(
            "iam", "iam", Protocol.AWS_QUERY, "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", "");
    static final ServiceInfo STS = new ServiceInfo(
            "sts", "sts", Protocol.AWS_QUERY, "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", "");
    static final ServiceInfo RDS = new ServiceInfo(
            "rds", "rds", Protocol.AWS_QUERY, "2014-10-31", "http://rds.amazonaws.com/doc/2014-10-31/", "");
    static final ServiceInfo LAMBDA = new ServiceInfo("lambda", "lambda", Protocol.REST_JSON, "2015-03-31", "", "");
    static final ServiceInfo LOGS =
            new ServiceInfo("logs", "logs", Protocol.AWS_JSON_1_1, "2014-03-28", "", "Logs_20140328");
    static final ServiceInfo SQS = new ServiceInfo(
            "sqs", "sqs", Protocol.AWS_JSON_1_0, "2012-11-05", "http://queue.amazonaws.com/doc/2012-11-05/", "AmazonSQS");

    static final ServiceInfo SSM =
            new ServiceInfo("ssm", "ssm", Protocol.AWS_JSON_1_1, "2014-11-06", "", "AmazonSSM");

    static final ServiceInfo S3 =
            new ServiceInfo("s3", "s3", Protocol.REST_XML, "2006-03-01", "http://s3.amazonaws.com/doc/2006-03-01/", "");

    private Infos() {}
}
